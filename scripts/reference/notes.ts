/** What holds for every key of the desired state, for docs/reference/desired-state.md and vxagent-desired(5). Words to be typed are in backquotes. */

/** Which files are read, a line each as the page has it. */
export const files: readonly string[] = [
  'Files `*.yaml`, `*.yml` and `*.json` directly in the desired-state directory, merged by name. A file has two sections,',
  '`vxlans` and `bridges`, with a link under each name; one of them may have `fleet` too. Hidden files and editor backups are passed over. One error anywhere,',
  'and none of the files is taken up: the last valid state stays in force.',
]

/** Files in the other form. */
export const jsonFiles: readonly string[] = [
  'Files named `.json` are strict JSON, and',
  'of a long list (100,000 forwarding entries, say) are read in half a second.',
]

/** What the notes to a key mean. */
export const notes: readonly { readonly term: string; readonly lines: readonly string[] }[] = [
  {
    term: 'Can drop frames',
    lines: [
      'in a meaning: with this value the kernel drops frames silently unless something else is stated, or is so at the',
      'other end. `vxagent validate` warns where the files show it.',
    ],
  },
  {
    term: 'Default',
    lines: [
      'what the kernel has when the key is not stated. A key that was stated and no longer is goes back to it; a key',
      'that never was is left as it is. A `mac` stays, and so does the `cost` of a port.',
    ],
  },
  {
    term: 'Changed',
    lines: [
      '`live` on a running link; `replaces`: the kernel cannot, so the link is made again. It keeps its MAC, alias,',
      'master, addresses, static entries and VLANs. Where the VNI or port is another one, the new link is made and filled before',
      'the old one goes (Linux 6.2 and later). `ttl` to or from `inherit`, `dev` to none, and a change between IPv4 and IPv6',
      'underlay replace too. What others put on the link by hand is put back; what cannot be is named by `vxagent diff`, and',
      '`replace` may refuse it.',
    ],
  },
  {
    term: 'Since',
    lines: [
      'the first kernel that knows the key, where that is later than 5.10. On an older one it is a conflict in `status`',
      'that says so.',
    ],
  },
]

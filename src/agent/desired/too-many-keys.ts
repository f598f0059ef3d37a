/** What to say of a mapping with more keys than are read. */
import { mostKeys, mostLinks } from './limits.ts'
import type { SourceFault } from './plain-data.ts'

/** @param depth levels above the mapping: links are the keys at the first, and what is deeper is part of one */
export function tooManyKeys(depth: number): Required<Pick<SourceFault, 'code' | 'message' | 'suggestion'>> {
  return depth < 2
    ? {
        code: 'too-many-links',
        message: `more than ${mostKeys} keys in one mapping; no more than ${mostLinks} links are taken`,
        suggestion: 'one link with external: true and vnifilter: true serves thousands of VNIs',
      }
    : {
        code: 'too-many-values',
        message: `more than ${mostKeys} keys in one link; a link can have some hundred, so nearly all of these are unknown; the file is read no further`,
        suggestion:
          'remove the keys that vxagent schema does not list; the entries of a table, such as fdb, are a list: [{…}, {…}]',
      }
}

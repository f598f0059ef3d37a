/** vxagent(1), from the commands as `--help` shows them. */
import type { Entry } from '../../src/cli/commands/command.ts'
import { exitCodes } from '../../src/cli/exit-codes.ts'
import { desired, socket, stateDir } from '../../src/cli/options.ts'
import { commandSections, commonOptionSection, variableLines } from './commands.ts'
import { narrowComments } from './narrow.ts'
import { bold, example, heading, italic, page, paragraph, prose, term } from './roff.ts'

export interface Edition {
  readonly version: string
  /** YYYY-MM-DD */
  readonly date: string
}

const exitCodeWords: Readonly<Record<keyof typeof exitCodes, string>> = {
  ok: 'Done. `diff`: nothing to do. `status`: converged, and no fault seen. `doctor`: no fault seen.',
  error: 'Something failed; standard error says what.',
  changesPending: '`diff` and `apply --dry-run`: changes are pending.',
  notConverged: '`status`: the host is not as declared, or no daemon runs.',
  invalidDesiredState: 'The desired state is invalid; each error names its file, line and column.',
  impaired: '`status`: converged, but a health check found a fault. `doctor`: one found a fault.',
  usage: 'Wrong usage of the command line.',
}

/** @param story a desired-state file, for the examples */
export function vxagentPage(commands: readonly Entry[], story: string, edition: Edition): string {
  const more = `[${italic('OPTION')}...]`
  return page('vxagent', 1, edition, [
    ...heading('NAME'),
    `vxagent \\- ${prose("keep a Linux host's VXLAN overlay as declared, and say how it is")}`,
    ...heading('SYNOPSIS'),
    `${bold('vxagent')} ${italic('COMMAND')} ${more} [${italic('OPERAND')}...]`,
    '.br',
    `${bold('vxagent help')} [${italic('COMMAND')}]`,
    ...heading('DESCRIPTION'),
    ...paragraphs(`
      vxagent reads the desired state of the VXLAN overlay from files in \`${desired.fallback}\`, talks rtnetlink to the kernel until
      links, bridges, addresses and forwarding entries are as the files say, repairs drift when the kernel tells of it, and leaves alone
      what it did not make. It runs no other program. \`vxagent-desired\`(5) describes the files.

      \`vxagent agent\` is the daemon. \`apply\`, \`confirm\`, \`rollback\`, \`diff\` and \`validate\` work on the desired state, with the
      daemon or without it. \`status\`, \`links\`, \`fdb\`, \`tunnels\`, \`explain\`, \`events\` and \`ui\` show the overlay, made by vxagent
      or not. \`export\` and \`import\` write desired-state files.

      Changing the kernel takes CAP_NET_ADMIN; looking takes no privileges, but asking the daemon takes the right to its socket.
    `),
    ...commandSections(commands),
    ...commonOptionSection(),
    ...heading('EXIT STATUS'),
    ...Object.entries(exitCodes).flatMap(([name, code]) =>
      term(bold(String(code)), prose(exitCodeWords[name as keyof typeof exitCodes])),
    ),
    ...heading('ENVIRONMENT'),
    ...paragraph(
      prose('The command line goes before the environment. A VXAGENT_ variable that is none of these is warned of.'),
    ),
    ...variableLines(commands),
    ...term(bold('NO_COLOR'), prose('When it is set to anything: no colours on a terminal.')),
    ...term(bold('SHELL'), prose('The shell that `vxagent completion` without an operand writes for.')),
    ...term(bold('NOTIFY_SOCKET'), prose('Where systemd is told that the daemon is ready, and how it does.')),
    ...heading('FILES'),
    ...term(bold(desired.fallback), prose('The desired state: `vxagent-desired`(5).')),
    ...term(
      bold(stateDir.fallback),
      prose(
        'What vxagent made (`owned.json` and what lies beside it), the desired state taken up last (`last-valid.json`), the one before it (`previous.json`), and a state on trial (`override.json`).',
      ),
    ),
    ...term(bold(socket.fallback), prose('The socket of the daemon: HTTP with JSON, for its owner and its group.')),
    ...term(
      bold(socket.fallback.replace(/[^/]*$/, 'state.json')),
      prose('What the daemon says of status, links and forwarding entries, as a file.'),
    ),
    ...heading('SIGNALS'),
    ...term(bold('SIGHUP'), prose('The daemon reads its files again.')),
    ...term(
      bold('SIGTERM, SIGINT'),
      prose(
        'The daemon ends and leaves the overlay in place, carrying traffic. `events`, `ui` and a command with --watch end.',
      ),
    ),
    ...heading('EXAMPLES'),
    ...paragraph(prose(`Declare an overlay, in a file such as \`${desired.fallback}/overlay.yaml\`:`)),
    ...example(narrowComments(story)),
    ...paragraph(prose('Check it, look at what would be done, do it on trial, and keep it:')),
    ...example('vxagent validate\nvxagent diff\nvxagent apply --confirm 60\nvxagent confirm'),
    ...paragraph(prose('See who is behind the tunnel, and by which way a frame leaves:')),
    ...example('vxagent tunnels\nvxagent explain 10.0.1.254'),
    ...heading('SEE ALSO'),
    `${bold('vxagent-desired')}(5), ${bold('ip-link')}(8), ${bold('bridge')}(8)`,
  ])
}

/** Paragraphs, between which a line is empty. */
function paragraphs(text: string): string[] {
  return text
    .trim()
    .split(/\n\s*\n/)
    .flatMap((each) => paragraph(prose(each)))
}

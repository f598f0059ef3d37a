/** What runs on this host now, as a desired state. Needs no privileges. */
import { readFileSync } from 'node:fs'
import type { FleetHandover } from '../answers/fleet.ts'
import { exportDesired } from '../convert/export/desired-state.ts'
import { type Exported, withoutInvalid } from '../convert/export/without-invalid.ts'
import { asStated } from '../fleet/as-stated.ts'
import { Fleet } from '../fleet/fleet.ts'
import type { ChunkOf } from '../fleet/kept-chunks.ts'
import { type SysctlValues, sysctlNames } from '../reconcile/plan/diff-sysctls.ts'
import { nothingOwned, type Owned } from '../record/owned.ts'
import { Ownership } from '../record/ownership.ts'
import { StateRecord } from '../trial/state-record.ts'
import { withKernelAsItIs } from './open-kernel.ts'

/** Nothing of that name is there, or it is neither a vxlan nor a bridge. */
export class NothingToExport extends Error {
  override readonly name = 'NothingToExport'
}

/**
 * Looks once. Throws NothingToExport for a name that is no vxlan or bridge.
 * @param links names of the links meant; none: all vxlans and their bridges
 */
export async function exportHost({
  stateDir,
  links,
}: {
  readonly stateDir: string
  readonly links: readonly string[]
}): Promise<Exported> {
  const owned = readOwned(stateDir)
  return await withKernelAsItIs(({ observer: { observed, names } }) => {
    const only = links.length === 0 ? undefined : new Set(links)
    const state = exportDesired({ observed, names, owned, sysctlDefaults: sysctlDefaults() }, only)
    const missing = links.find((name) => state.vxlans[name] === undefined && state.bridges[name] === undefined)
    if (missing !== undefined) {
      throw new NothingToExport(`there is no vxlan or bridge ${missing} here; vxagent links --all shows what there is`)
    }
    return withoutInvalid(
      asStated(
        state,
        readable(() => new StateRecord(stateDir).lastValid()),
        ...handedOver(stateDir),
      ),
    )
  })
}

/** What the fleet process handed over last; who may not read that sees addresses in its place. */
function handedOver(stateDir: string): [FleetHandover | undefined, ChunkOf] {
  const { handover, chunks } = new Fleet(stateDir)
  return [handover, chunks.get]
}

/** Undefined to those who may not read it. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    const { code } = ((error as Error).cause ?? error) as NodeJS.ErrnoException
    if (code === 'EACCES' || code === 'EPERM') {
      return undefined
    }
    throw error
  }
}

/** Who may not read the record takes every link for one that vxagent did not make. */
function readOwned(stateDir: string): Owned {
  return readable(() => Ownership.load(stateDir)) ?? nothingOwned
}

/** net.*.conf.default, as far as the kernel has it. */
function sysctlDefaults(): SysctlValues {
  return Object.fromEntries(
    sysctlNames.flatMap((setting) => {
      const [family, name] = setting.split('.')
      try {
        return [[setting, Number(readFileSync(`/proc/sys/net/${family}/conf/default/${name}`, 'utf8'))]]
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
          return []
        }
        throw error
      }
    }),
  )
}

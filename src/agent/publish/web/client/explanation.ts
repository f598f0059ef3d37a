/** How a frame to an address leaves, in a dialog. */
import type { Explanation } from '../../../answers/explanation.ts'
import { ask } from './ask.ts'
import { byId, element } from './dom.ts'

/** Asks the agent, and shows what it says. */
export async function explain(mac: string, link: string): Promise<void> {
  const dialog = byId<HTMLDialogElement>('explain')
  const answer = byId('explain-answer')
  byId('explain-heading').textContent = `A frame to ${mac}`
  answer.textContent = 'Asking the agent'
  byId('explain-steps').replaceChildren()
  byId('explain-changes').replaceChildren()
  dialog.showModal()
  try {
    const told = await ask<Explanation>(`/v1/explain?${new URLSearchParams({ to: mac, dev: link })}`)
    answer.replaceChildren(element('span', told.fate === 'dropped' ? 'bad' : '', told.answer))
    byId('explain-steps').replaceChildren(
      ...told.steps.map(({ table, text, isProblem }) =>
        element('li', isProblem ? 'bad' : '', element('span', 'table', table), element('span', '', text)),
      ),
    )
    byId('explain-changes').replaceChildren(
      ...told.changes.map((change) => element('li', '', `What would change it: ${change}.`)),
    )
  } catch (error) {
    answer.replaceChildren(element('span', 'bad', (error as Error).message))
  }
}

/** How a frame to an address leaves: asked in a field, or by pressing a MAC address, and answered in a dialog. */
import type { Explanation } from '../../../answers/explanation.ts'
import { ask } from './ask.ts'
import { byId, element } from './dom.ts'
import type { Moments } from './moments.ts'

/** Answers what is asked in the field. */
export function answerField(moments: Moments): void {
  const address = byId<HTMLInputElement>('explain-address')
  const link = byId<HTMLInputElement>('explain-link')
  byId('explain-form').addEventListener('submit', (event) => {
    event.preventDefault()
    void explain(address.value.trim(), link.value.trim(), moments)
  })
}

/** Asks the agent, and shows what it says. @param link the link by which the frame leaves; empty: which the agent finds */
export async function explain(target: string, link: string, moments: Moments): Promise<void> {
  const dialog = byId<HTMLDialogElement>('explain')
  const answer = byId('explain-answer')
  byId('explain-heading').textContent = `A frame to ${target}${link === '' ? '' : ` by ${link}`}`
  answer.textContent = 'Asking the agent'
  byId('explain-steps').replaceChildren()
  byId('explain-changes').replaceChildren()
  dialog.showModal()
  try {
    const query = new URLSearchParams({ to: target, ...(link !== '' && { dev: link }) })
    const told = await ask<Explanation>(`/v1/explain?${query}`)
    answer.replaceChildren(element('span', told.fate === 'dropped' ? 'bad' : '', moments.within(told.answer)))
    byId('explain-steps').replaceChildren(
      ...told.steps.map(({ table, text, isProblem }) =>
        element(
          'li',
          isProblem ? 'bad' : '',
          element('span', 'table', table),
          element('span', '', `${isProblem ? '⚠ ' : ''}${moments.within(text)}`),
        ),
      ),
    )
    byId('explain-changes').replaceChildren(
      ...told.changes.map((change) => element('li', '', `What would change it: ${change}.`)),
    )
  } catch (error) {
    answer.replaceChildren(element('span', 'bad', (error as Error).message))
  }
}

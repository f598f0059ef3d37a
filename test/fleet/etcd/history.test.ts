import { expect, test } from 'vitest'
import { History } from '../../../src/fleet/etcd/history.ts'

const at = (revision: number, term = 1) => ({ cluster: '1', revision, term })

test('an answer that a watch has overtaken is no sign that the store went back', () => {
  const history = new History()
  history.restart(at(10))
  const known = history.mark()
  history.see(at(12))
  expect(history.confirm(at(11), known)).toBeUndefined()
  expect(history.revision).toBe(12)
})

test('an answer below what was known when it was asked for is one', () => {
  const history = new History()
  history.restart(at(10))
  expect(history.confirm(at(9), history.mark())).toMatchObject({ kind: 'rewound', found: { revision: 9 } })
  history.restart(at(10, 3))
  expect(history.confirm(at(20, 2), history.mark())).toMatchObject({ kind: 'rewound', found: { term: 2 } })
})

test('another cluster is another store', () => {
  const history = new History()
  history.restart(at(10))
  expect(history.confirm({ ...at(20), cluster: '2' }, history.mark())).toEqual({
    kind: 'foreign',
    known: '1',
    found: '2',
  })
})

/** Asking the agent. */

/** The JSON that it answers. Rejects with its own words when it refuses. */
export async function ask<T>(path: string): Promise<T> {
  const answer = await fetch(path, { headers: { accept: 'application/json' } })
  const value: unknown = await answer.json().catch(() => ({ error: `status ${answer.status}` }))
  if (!answer.ok) {
    throw new Error((value as { readonly error?: string }).error ?? `status ${answer.status}`)
  }
  return value as T
}

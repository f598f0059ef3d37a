/** Values that the answers of the API are made of. */
import * as z from 'zod'

export const text = z.string()
export const count = z.int().min(0)
export const moment = z.string().describe('ISO 8601, UTC')
export const list = z.array(text)

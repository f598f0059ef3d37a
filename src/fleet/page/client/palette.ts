/** The colours of the style sheet as a canvas needs them, and the signs of cells, drawn once for each size. */
import { type Health, healths, wordsOf } from '../health.ts'

/** Colours of everything but directions. */
const names = ['ground', 'panel', 'ink', 'quiet', 'line', 'accent', 'good', 'bad', 'warning'] as const

export interface Palette {
  readonly colours: Readonly<Record<(typeof names)[number], string>>
  /** Of a direction, and of the sign on it. */
  readonly fill: Readonly<Record<Health, string>>
  readonly ink: Readonly<Record<Health, string>>
  /** By code, as the bytes of a pixel: red, green, blue, alpha. */
  readonly pixels: readonly (readonly [number, number, number, number])[]
}

let known: Palette | undefined
const listeners = new Set<() => void>()

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  known = undefined
  for (const each of listeners) {
    each()
  }
})

/** The colours as they are now; they are other ones when the scheme changes. */
export function palette(): Palette {
  known ??= readPalette()
  return known
}

/** Calls `changed` when the colours are other ones. */
export function onPalette(changed: () => void): void {
  listeners.add(changed)
}

function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement)
  const read = (name: string): string => style.getPropertyValue(`--${name}`).trim()
  const each = <Name extends string, Value>(all: readonly Name[], of: (name: Name) => Value) =>
    Object.fromEntries(all.map((name) => [name, of(name)])) as Record<Name, Value>
  const fill = each(healths, (health) => read(`cell-${health}`))
  return {
    colours: each(names, read),
    fill,
    ink: each(healths, (health) => read(`sign-${health}`)),
    pixels: healths.map((health) => pixelOf(fill[health])),
  }
}

/** The bytes of a colour, by the browser's own understanding of it. */
function pixelOf(colour: string): readonly [number, number, number, number] {
  const context = new OffscreenCanvas(1, 1).getContext('2d')
  if (context === null) {
    throw new Error('this browser cannot draw on a canvas')
  }
  context.fillStyle = colour
  context.fillRect(0, 0, 1, 1)
  const [red = 0, green = 0, blue = 0, alpha = 0] = context.getImageData(0, 0, 1, 1).data
  return [red, green, blue, alpha]
}

/** Signs in one size and one set of colours: to copy one is much cheaper than to write it. */
export class Signs {
  #key = ''
  #drawn = new Map<Health, OffscreenCanvas>()

  /** The sign of a health for cells of this size; undefined where it has none. */
  of(health: Health, size: number, { ink }: Palette): OffscreenCanvas | undefined {
    const ratio = window.devicePixelRatio || 1
    const key = `${size} ${ratio} ${Object.values(ink).join()}`
    if (key !== this.#key) {
      this.#key = key
      this.#drawn = new Map()
    }
    const { sign } = wordsOf[health]
    if (sign !== '' && !this.#drawn.has(health)) {
      this.#drawn.set(health, drawSign(sign, size * ratio, ink[health]))
    }
    return this.#drawn.get(health)
  }
}

function drawSign(sign: string, size: number, colour: string): OffscreenCanvas {
  const canvas = new OffscreenCanvas(Math.ceil(size), Math.ceil(size))
  const context = canvas.getContext('2d')
  if (context !== null) {
    context.fillStyle = colour
    context.font = `600 ${Math.round(size * 0.72)}px system-ui, sans-serif`
    context.textAlign = 'center'
    context.textBaseline = 'middle'
    context.fillText(sign, size / 2, size / 2 + size * 0.04)
  }
  return canvas
}

/** The picture of the hosts: pointed at, chosen, and gone around by keys. */
import { byId } from '../../../agent/publish/web/client/dom.ts'
import { safeText } from '../../../agent/publish/web/client/safe-text.ts'
import { drawEdges, drawHosts, type RingScene } from './draw-ring.ts'
import type { Grid } from './grid.ts'
import { onPalette, palette } from './palette.ts'
import { type Edge, edgesOf, hostAt, type Ring, ringOf } from './ring.ts'
import type { HostMark } from './standing.ts'
import { Surface } from './surface.ts'

export interface PictureScene {
  readonly grid: Grid
  readonly marks: readonly HostMark[]
  /** What is said of a host, by its place. */
  readonly textOf: (place: number) => string
  readonly host: string | undefined
  /** Hosts that are searched for, by place; undefined: nothing is. */
  readonly found: ReadonlySet<number> | undefined
}

export interface PictureListener {
  onHost(place: number): void
  onPoint(text: string | undefined, at: { readonly x: number; readonly y: number }): void
  onEscape(): void
}

export class Picture {
  readonly #frame = byId('ring')
  readonly #said = byId('ring-host')
  readonly #listener: PictureListener
  readonly #surface: Surface
  #scene: PictureScene | undefined
  #ring: Ring = ringOf(0, { width: 300, height: 300 })
  #edges: readonly Edge[] = []
  #pointed = -1
  #cursor = -1
  #layer: (Pick<RingScene, 'ring' | 'edges' | 'palette'> & { readonly canvas: OffscreenCanvas }) | undefined

  constructor(listener: PictureListener) {
    this.#listener = listener
    this.#surface = new Surface(byId<HTMLCanvasElement>('ring-canvas'), () => this.#draw())
    new ResizeObserver(() => this.#layOut()).observe(byId('stage'))
    onPalette(() => this.#surface.schedule())
    const { canvas } = this.#surface
    canvas.addEventListener('pointermove', (event) => this.#point(event))
    canvas.addEventListener('pointerleave', () => this.#unpoint())
    canvas.addEventListener('click', ({ offsetX: x, offsetY: y }) => {
      const place = hostAt(this.#ring, { x, y })
      if (place !== undefined) {
        this.#listener.onHost(place)
      }
    })
    this.#frame.addEventListener('keydown', (event) => this.#key(event))
    this.#frame.addEventListener('focus', () => this.#move(this.#cursor < 0 ? this.#chosen : this.#cursor))
    this.#frame.addEventListener('blur', () => {
      this.#cursor = -1
      this.#surface.schedule()
    })
  }

  show(scene: PictureScene): void {
    this.#scene = scene
    const { edges, left } = edgesOf(scene.grid, this.#chosen)
    this.#edges = edges
    byId('ring-left').textContent =
      left === 0 ? '' : `${left.toLocaleString()} more that are not well are not drawn: choose a host.`
    this.#cursor = Math.min(this.#cursor, scene.grid.size - 1)
    this.#layOut()
    this.#surface.schedule()
  }

  get #chosen(): number {
    const { grid, host } = this.#scene ?? {}
    return grid === undefined || host === undefined ? -1 : grid.names.indexOf(host)
  }

  #layOut(): void {
    if (this.#scene === undefined || this.#frame.hidden) {
      return
    }
    const width = byId('stage').clientWidth
    const height = Math.max(300, Math.min(Math.round(window.innerHeight * 0.66), Math.round(width * 0.86)))
    this.#surface.resize({ width, height })
    this.#ring = ringOf(this.#scene.grid.size, { width, height })
    this.#surface.schedule()
  }

  #draw(): void {
    if (this.#scene === undefined) {
      return
    }
    const { grid, marks, found } = this.#scene
    const scene = {
      ...{ ring: this.#ring, names: grid.names, marks, edges: this.#edges, found, palette: palette() },
      ...{ chosen: this.#chosen, pointed: this.#cursor >= 0 ? this.#cursor : this.#pointed },
    }
    const { canvas, context, size } = this.#surface
    context.drawImage(this.#edgesLayer(scene), 0, 0, size.width, size.height)
    canvas.dataset['drawn'] = `${drawHosts(context, scene)}`
    canvas.dataset['edges'] = `${this.#edges.length}`
  }

  /** The directions, drawn again only when they or their places are other ones: while somebody points around they stay. */
  #edgesLayer(scene: RingScene): OffscreenCanvas {
    const { ring, edges } = scene
    const before = this.#layer
    if (before?.ring === ring && before.edges === edges && before.palette === scene.palette) {
      return before.canvas
    }
    const { width, height } = this.#surface.canvas
    const canvas = new OffscreenCanvas(Math.max(1, width), Math.max(1, height))
    const context = canvas.getContext('2d')
    if (context !== null) {
      context.scale(width / this.#surface.size.width, height / this.#surface.size.height)
      drawEdges(context, scene)
    }
    this.#layer = { canvas, ring, edges, palette: scene.palette }
    return canvas
  }

  #point({ offsetX: x, offsetY: y, clientX, clientY }: PointerEvent): void {
    const place = hostAt(this.#ring, { x, y }) ?? -1
    if (place !== this.#pointed) {
      this.#pointed = place
      this.#surface.canvas.style.cursor = place < 0 ? 'default' : 'pointer'
      this.#surface.schedule()
    }
    this.#listener.onPoint(place < 0 ? undefined : this.#scene?.textOf(place), { x: clientX, y: clientY })
  }

  #unpoint(): void {
    this.#pointed = -1
    this.#listener.onPoint(undefined, { x: 0, y: 0 })
    this.#surface.schedule()
  }

  #move(place: number): void {
    const count = this.#scene?.grid.size ?? 0
    if (this.#scene !== undefined && count > 0) {
      this.#cursor = ((Math.max(0, place) % count) + count) % count
      this.#said.textContent = safeText(this.#scene.textOf(this.#cursor))
      this.#surface.schedule()
    }
  }

  #key(event: KeyboardEvent): void {
    const count = this.#scene?.grid.size ?? 0
    const at = Math.max(0, this.#cursor)
    const amiss = (step: 1 | -1) => (): void => {
      const { marks = [] } = this.#scene ?? {}
      for (let past = 1; past <= count; past += 1) {
        const place = (at + step * past + count * 2) % count
        if (marks[place] !== 'good') {
          this.#move(place)
          return
        }
      }
      this.#said.textContent = 'No host here that is not as it should be'
    }
    const actions: Readonly<Record<string, () => unknown>> = {
      ArrowRight: () => this.#move(at + 1),
      ArrowDown: () => this.#move(at + 1),
      ArrowLeft: () => this.#move(at + count - 1),
      ArrowUp: () => this.#move(at + count - 1),
      Home: () => this.#move(0),
      End: () => this.#move(count - 1),
      Enter: () => this.#listener.onHost(at),
      ' ': () => this.#listener.onHost(at),
      n: amiss(1),
      p: amiss(-1),
      Escape: () => this.#listener.onEscape(),
    }
    const { key, ctrlKey, altKey, metaKey } = event
    const action = ctrlKey || altKey || metaKey || !Object.hasOwn(actions, key) ? undefined : actions[key]
    if (action !== undefined && count > 0) {
      event.preventDefault()
      action()
    }
  }
}

/** A canvas that is as large as its box, sharp on any screen, and drawn at most once a frame. */

export interface Size {
  readonly width: number
  readonly height: number
}

export class Surface {
  readonly canvas: HTMLCanvasElement
  readonly context: CanvasRenderingContext2D
  readonly #draw: () => void
  #size: Size = { width: 0, height: 0 }
  #isScheduled = false

  /** @param draw draws all of it; it is called in a frame of the browser */
  constructor(canvas: HTMLCanvasElement, draw: () => void) {
    const context = canvas.getContext('2d')
    if (context === null) {
      throw new Error('this browser cannot draw on a canvas')
    }
    this.canvas = canvas
    this.context = context
    this.#draw = draw
  }

  /** In CSS pixels. */
  get size(): Size {
    return this.#size
  }

  resize({ width, height }: Size): void {
    if (width !== this.#size.width || height !== this.#size.height) {
      this.#size = { width, height }
      this.canvas.style.width = `${width}px`
      this.canvas.style.height = `${height}px`
      this.schedule()
    }
  }

  /** Has it drawn in the next frame, once for all that ask meanwhile. */
  schedule(): void {
    if (!this.#isScheduled) {
      this.#isScheduled = true
      requestAnimationFrame(() => {
        this.#isScheduled = false
        this.#begin()
        this.#draw()
      })
    }
  }

  #begin(): void {
    const { width, height } = this.#size
    const ratio = window.devicePixelRatio || 1
    const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)]
    if (this.canvas.width !== across || this.canvas.height !== down) {
      this.canvas.width = across
      this.canvas.height = down
    }
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0)
    this.context.clearRect(0, 0, width, height)
  }
}

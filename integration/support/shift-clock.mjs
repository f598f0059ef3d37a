/** Preloaded into the product (`node --import`): its host's clock is $VXA_CLOCK_SHIFT_DAYS days off. */
const shiftMs = Number(process.env['VXA_CLOCK_SHIFT_DAYS']) * 86_400_000

globalThis.Date = new Proxy(Date, {
  construct: (Real, values) => Reflect.construct(Real, values.length === 0 ? [Real.now() + shiftMs] : values),
  get: (Real, name) => (name === 'now' ? () => Real.now() + shiftMs : Reflect.get(Real, name)),
})

/** A key of the desired state as its JSON Schema has it, in words. */

/** The parts of a JSON Schema that are told. */
export interface Property {
  readonly description?: string
  readonly type?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly enum?: readonly string[]
  readonly const?: string
  readonly anyOf?: readonly Property[]
  readonly items?: Property
  readonly prefixItems?: readonly Property[]
  readonly properties?: Properties
  readonly additionalProperties?: Property
  readonly format?: string
  readonly pattern?: string
}

export type Properties = Readonly<Record<string, Property>>

/** A description without the sentence that tells the default, and what that tells. */
export function apart(description: string): [meaning: string, fallback: string] {
  const [whole, fallback] = /(?:Kernel default|Default): (.*?)\.(?= |$)/.exec(description) ?? []
  return whole === undefined
    ? [description, '']
    : [description.replace(whole, '').replace(/ {2,}/g, ' ').trim(), fallback ?? '']
}

/** The properties of the mapping among the forms that a value may have. */
export function objectOf(property: Property | undefined): Properties {
  return property?.properties ?? property?.anyOf?.find((each) => each.properties !== undefined)?.properties ?? {}
}

/** The properties of the mappings that a list may have as entries, be the list one of several forms of the value. */
export function entryOf(list: Property | undefined): Properties {
  return objectOf(list?.items ?? list?.anyOf?.find(({ items }) => items !== undefined)?.items)
}

/** What a value may be; what is to be typed as it stands is in backquotes. */
export function valueForm({
  type,
  minimum,
  maximum,
  enum: choices,
  const: word,
  anyOf,
  items,
  prefixItems,
  properties,
  ...rest
}: Property): string {
  if (choices !== undefined) {
    return choices.map((each) => `\`${each}\``).join(', ')
  }
  if (word !== undefined) {
    return `\`${word}\``
  }
  if (type === 'integer') {
    return `${minimum} to ${maximum}`
  }
  if (prefixItems !== undefined) {
    return `list: ${prefixItems.map(valueForm).join('; ')}`
  }
  if (type === 'array' && items !== undefined) {
    return `list of ${valueForm(items)}`
  }
  if (type === 'boolean') {
    return '`true`, `false`'
  }
  if (properties !== undefined || rest.additionalProperties !== undefined) {
    return 'mapping'
  }
  if (anyOf?.every(({ format }) => format !== undefined)) {
    return 'IP address'
  }
  if (type === undefined && anyOf !== undefined) {
    return [...new Set(anyOf.map(valueForm))].join(', ')
  }
  return rest.pattern === '^\\d+-\\d+$' ? '`A-B`' : 'text'
}

/** The files under examples/ that Prometheus and Grafana read, as far as tests look into them. */

/** A file of alert rules. */
export interface RuleFile {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string
      readonly expr: string
      readonly labels: Readonly<Record<string, string>>
      readonly annotations: Readonly<Record<string, string>>
    }[]
  }[]
}

/** A file of `promtool test rules`. */
export interface RuleTests {
  readonly tests: readonly {
    readonly input_series: readonly { readonly series: string }[]
    readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts?: readonly unknown[] }[]
  }[]
}

/** A dashboard of Grafana. */
export interface Dashboard {
  readonly id: null
  readonly schemaVersion: number
  readonly templating: { readonly list: readonly { readonly name: string; readonly type: string }[] }
  readonly panels: readonly Panel[]
}

export interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly description?: string
  readonly datasource?: unknown
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets?: readonly { readonly expr: string }[]
  /** Of a row that is folded. */
  readonly panels?: readonly Panel[]
}

/** All panels, those of rows among them. */
export function panelsOf({ panels }: Pick<Dashboard, 'panels'>): Panel[] {
  return panels.flatMap((panel) => [panel, ...(panel.panels ?? [])])
}

/** What the dashboard asks Prometheus. */
export function dashboardExpressions(dashboard: Dashboard): string[] {
  return panelsOf(dashboard).flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
}

/** The expressions as Prometheus gets them: Grafana's variables replaced. */
export function withoutVariables(expression: string): string {
  return expression
    .replaceAll('$__rate_interval', '1m')
    .replaceAll('$job', 'vxagent')
    .replaceAll('$instance', 'host1:9101|host2:9101')
}

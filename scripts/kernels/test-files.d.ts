export declare function integrationFiles(): string[]

export interface ChosenRun {
  readonly files: string[]
  readonly names?: string
}
export declare function chosenRuns(choice: string, files: readonly string[]): ChosenRun[]

export declare function wordFor(file: string): string

export declare function leftOut(text: string, place: string): Map<string, string>

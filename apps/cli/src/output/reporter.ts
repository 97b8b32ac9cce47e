/** What commands tell their reader, apart from how it is shown. */

export interface FirstAdmin {
  email: string;
  password: string;
  apiKey: string;
}

/** What a started Corral tells its user. */
export interface ReadySummary {
  /** Console and API are served here. */
  url: string;
  /** The base URL that OpenAI clients are given. */
  apiBaseUrl: string;
  /** Name of a deployment that answers; null when none was asked for. */
  model: string | null;
  /** Only on the first start of a data folder; shown this once. */
  firstAdmin: FirstAdmin | null;
  /** File that holds the token of the command line's own access. */
  adminTokenFile: string;
  /** The data folder. */
  home: string;
  /** From the start of the command. */
  startMs: number;
}

export interface Reporter {
  /**
   * Runs `work` and shows how it goes. `detail` replaces the few words beside the running step.
   * A failure is shown as the step's and thrown on.
   */
  step<T>(title: string, work: (detail: (text: string) => void) => Promise<T>): Promise<T>;
  /** One line that the reader should see. */
  info(text: string): void;
  warn(text: string): void;
  ready(summary: ReadySummary): void;
  /** The credentials of a first start that did not get as far as {@link ready}. */
  credentials(firstAdmin: FirstAdmin): void;
  /** The last word of a command that failed. */
  failed(message: string, hint?: string): void;
}

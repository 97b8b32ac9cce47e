/** Requests as a file, in pieces: pages of rows come in, text goes out. */
import { requestRowSchema, type RequestRow } from '@corral/contracts/http';
import { stringify } from 'csv-stringify/sync';

type Pages = AsyncIterable<readonly RequestRow[]>;

/** By the format that is asked for. */
export const REQUEST_FILES = { csv, json };
export type RequestFileFormat = keyof typeof REQUEST_FILES;

/** RFC 4180, with a line of names first; also where there are no rows. */
async function* csv(pages: Pages): AsyncGenerator<string> {
  const columns = Object.keys(requestRowSchema.shape);
  yield stringify([], { header: true, columns });
  for await (const rows of pages) {
    // What begins as a formula must not become one where the file is opened (CSV injection).
    yield stringify([...rows], { columns, escape_formulas: true });
  }
}

/** One array, a row a line. */
async function* json(pages: Pages): AsyncGenerator<string> {
  let separator = '[\n';
  for await (const rows of pages) {
    for (const row of rows) {
      yield separator + JSON.stringify(row);
      separator = ',\n';
    }
  }
  yield separator === '[\n' ? '[]\n' : '\n]\n';
}

/** What the head of a source's answer means for a download that has come so far. Pure. */

export interface AnswerHead {
  status: number;
  /** Null: not sent. */
  header: (name: string) => string | null;
}

export type AnswerVerdict =
  /** The bytes continue what is here. */
  | { do: 'append' }
  /** The source sends the file from its beginning. */
  | { do: 'start_over' }
  | { do: 'come_back'; inMs: number }
  | { do: 'give_up'; reason: string };

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;

/** `haveBytes`: of the file's `sizeBytes`, so many were here when the rest was asked for. */
export function judgeAnswer(
  { status, header }: AnswerHead,
  haveBytes: number,
  sizeBytes: number,
): AnswerVerdict {
  switch (status) {
    case 200:
      return judgeWhole(header('content-length'), haveBytes, sizeBytes);
    case 206:
      if (header('content-range') === `bytes ${haveBytes}-${sizeBytes - 1}/${sizeBytes}`) {
        return { do: 'append' };
      }
      return { do: 'give_up', reason: 'it sent another part of the file than was asked for' };
    case 503:
      return { do: 'come_back', inMs: retryMs(header('retry-after')) };
    case 401:
    case 403:
      return {
        do: 'give_up',
        reason: 'it does not take the token that the controller gave for it',
      };
    case 404:
      return { do: 'give_up', reason: 'it does not have the file any more' };
    case 416:
      return { do: 'give_up', reason: 'its file is shorter than what is here already' };
    default:
      return { do: 'give_up', reason: `it answered with status ${status}` };
  }
}

function judgeWhole(length: string | null, haveBytes: number, sizeBytes: number): AnswerVerdict {
  if (length !== null && Number(length) !== sizeBytes) {
    return { do: 'give_up', reason: `its file has ${length} bytes instead of ${sizeBytes}` };
  }
  return haveBytes === 0 ? { do: 'append' } : { do: 'start_over' };
}

/** Seconds, as our own servers send them; anything else is taken for one second. */
function retryMs(retryAfter: string | null): number {
  const seconds = Number(retryAfter ?? '');
  if (!(seconds > 0)) return FIRST_RETRY_MS;
  return Math.min(LONGEST_RETRY_MS, seconds * 1_000);
}

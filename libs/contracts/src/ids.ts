/**
 * Identifiers that travel between processes. All are opaque strings that are safe as one NATS
 * subject token (no dots, spaces or wildcards) and as a file name.
 */
import { z } from 'zod';

const subjectToken = z.string().regex(/^[A-Za-z0-9_-]{1,80}$/, 'must be 1-80 of A-Z a-z 0-9 _ -');

/** A machine that runs a worker. Stable over restarts: kept in the worker's data folder. */
export const nodeIdSchema = subjectToken;
/** One run of a worker process. A new value means that every attempt of the old one is gone. */
export const bootIdSchema = subjectToken;
/** One run of a controller process; frames are addressed to it. */
export const controllerIdSchema = subjectToken;
/** One HTTP request, minted by the controller; the key of its usage row and its `x-request-id`. */
export const requestIdSchema = subjectToken;
/** One token stream of a request. A request with `n = 3` has three. */
export const generationIdSchema = subjectToken;
/** One loaded copy of a revision on a node. */
export const replicaIdSchema = subjectToken;
/** SHA-256 of a model file, 64 lower-case hexadecimal digits. */
export const modelDigestSchema = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hex');
/** A name that clients put into `model`: `qwen3-coder`, `team/reviewer`, `llama-3.1:8b`. */
export const deploymentNameSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9](?:[A-Za-z0-9._:/-]{0,126}[A-Za-z0-9])?$/,
    'must be 1-128 letters, digits, . _ : / - and start and end with a letter or digit',
  );

/** The generation of choice `choice` (0-based) of a request. */
export function generationIdOf(requestId: string, choice: number): string {
  return `${requestId}-${choice}`;
}

/** The request that a generation is a choice of. */
export function requestIdOf(generationId: string): string {
  return generationId.slice(0, generationId.lastIndexOf('-'));
}

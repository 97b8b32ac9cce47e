/**
 * Joining a cluster: this machine makes a key pair, shows the public half and a token to a
 * controller, and keeps what it gets. An answer that is lost on its way costs a token and nothing
 * else, since the key stays the same.
 */
import { credsText, newUserKey, userKeyOf } from '@corral/bus';
import { failureSchema } from '@corral/contracts';
import { joinAnswerSchema, type JoinAnswer, type JoinRequest } from '@corral/contracts/http';
import { z } from 'zod';
import { serversSeenFrom } from './servers-seen.pure.js';
import { readEnrolment, saveEnrolment } from '../config/enrolment-file.js';

const TIMEOUT_MS = 15_000;

export interface Joining {
  /** Of a controller, `http://host:port`. */
  url: string;
  token: string;
  nodeId: string;
  nodeName: string;
  workerHome: string;
}

export type JoinOutcome =
  | { joined: true; natsUrl: string }
  /** `refused`: the controller said no. `unreachable`: it gave no answer that can be read. */
  | { joined: false; why: 'refused' | 'unreachable'; reason: string };

const refusalSchema = z.object({ error: failureSchema });

/** Saves the credentials when it is let in. Throws when the worker's folder cannot be written. */
export async function joinCluster(joining: Joining): Promise<JoinOutcome> {
  const { url, token, nodeId, nodeName: name, workerHome } = joining;
  const kept = readEnrolment(workerHome);
  const { publicKey, seed } = kept === null ? newUserKey() : userKeyOf(kept.seed);
  if (kept === null) saveEnrolment(workerHome, { seed, membership: null });
  const answer = await ask(url, { token, nodeId, name, publicKey });
  if ('why' in answer) return { joined: false, ...answer };
  const { jwt, ca } = answer;
  const natsUrl = serversSeenFrom(url, answer.natsUrl);
  saveEnrolment(workerHome, { seed, membership: { natsUrl, creds: credsText(jwt, seed), ca } });
  return { joined: true, natsUrl };
}

type Refusal = Omit<Extract<JoinOutcome, { joined: false }>, 'joined'>;

async function ask(url: string, body: JoinRequest): Promise<JoinAnswer | Refusal> {
  let status: number;
  let json: unknown;
  try {
    const response = await fetch(`${url.replace(/\/+$/, '')}/join/v1`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    status = response.status;
    json = await response.json();
  } catch (fault) {
    return {
      why: 'unreachable',
      reason: `No answer from ${url} that can be read: ${causeOf(fault)}.`,
    };
  }
  const answer = joinAnswerSchema.safeParse(json);
  if (answer.success) return answer.data;
  const refusal = refusalSchema.safeParse(json);
  if (refusal.success) return { why: 'refused', reason: refusal.data.error.message };
  return {
    why: 'unreachable',
    reason: `${url} is no controller of this version (status ${status}).`,
  };
}

function causeOf(fault: unknown): string {
  if (!(fault instanceof Error)) return String(fault);
  return fault.cause instanceof Error ? fault.cause.message || fault.message : fault.message;
}

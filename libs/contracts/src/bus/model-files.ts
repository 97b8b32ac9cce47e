/**
 * How a model file gets from one node to another, over HTTP: a node that has it serves it, the
 * leader tells the nodes that lack it where it is to be had. Tokens are secrets: they travel on the
 * control plane, and are neither logged nor shown.
 */
import { z } from 'zod';
import { failureSchema } from '../errors.js';
import { modelDigestSchema } from '../ids.js';
import { bytesSchema, fractionSchema } from '../units.js';

/** A bearer token: enough for 256 random bits, and for a signed pass. */
export const fileTokenSchema = z.string().regex(/^[A-Za-z0-9._-]{32,200}$/);

const httpUrlSchema = z.url({ protocol: /^https?$/ }).max(2000);

/** Where a node serves the files of its store: at {@link modelFileUrl} of each of the addresses. */
export const fileServerSchema = z.object({
  /** Without a path; the one that others reach most likely comes first. */
  urls: z.array(httpUrlSchema).min(1).max(8),
  /** Minted anew at each boot; it opens every file. */
  token: fileTokenSchema,
  /** Files that it is sending now. */
  uploads: z.int().min(0),
});
export type FileServer = z.infer<typeof fileServerSchema>;

export const fileSourceSchema = z.object({
  /** Of the file itself. */
  url: httpUrlSchema,
  token: fileTokenSchema,
});
export type FileSource = z.infer<typeof fileSourceSchema>;

/** A model file that a node lacks, and where it is to be had. */
export const neededFileSchema = z.object({
  digest: modelDigestSchema,
  /** Name under which it was imported, for people. */
  fileName: z.string().max(300),
  sizeBytes: bytesSchema.min(1),
  /** In the order in which to try them; empty: nobody who has it can be reached. */
  sources: z.array(fileSourceSchema).max(32),
});
export type NeededFile = z.infer<typeof neededFileSchema>;

/** How a node gets a file from others. */
export const fileFetchSchema = z.object({
  digest: modelDigestSchema,
  /** Share of the bytes that are here. */
  progress: fractionSchema,
  /** Why it does not go on at the moment, or at all; null when all is well. */
  failure: failureSchema.nullable(),
});
export type FileFetch = z.infer<typeof fileFetchSchema>;

/** Of a file, on a server whose address is `base`. */
export function modelFileUrl(base: string, digest: string): string {
  return new URL(`/models/${digest}`, base).href;
}

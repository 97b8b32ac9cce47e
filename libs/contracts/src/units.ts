/** Scalar schemas whose name says the unit. Integers only: no float ever holds a count or a size. */
import { z } from 'zod';

/** Bytes, 0 or more. */
export const bytesSchema = z.int().min(0);
/** A count of tokens, 0 or more. */
export const tokenCountSchema = z.int().min(0);
/** A duration in milliseconds on the sender's own monotonic clock; never a point in time. */
export const durationMsSchema = z.number().min(0);
/** A share of a whole, 0 to 1. */
export const fractionSchema = z.number().min(0).max(1);
/** A vocabulary index of the model at hand. */
export const tokenIdSchema = z.int().min(0);

/** Parses a control-plane payload by its contract; one that does not fit never reaches a handler. */
import type { PipeTransform } from '@nestjs/common';
import { RpcException } from '@nestjs/microservices';
import type { z } from 'zod';

export class SchemaPipe<S extends z.ZodType> implements PipeTransform<unknown, z.output<S>> {
  constructor(private readonly schema: S) {}

  /** Throws an RpcException that names the first field at fault. */
  transform(payload: unknown): z.output<S> {
    const parsed = this.schema.safeParse(payload);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    throw new RpcException(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`);
  }
}

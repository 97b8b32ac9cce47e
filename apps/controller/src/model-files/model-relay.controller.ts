/**
 * A model file by way of a controller, for nodes that cannot see each other: passed on from a node
 * that has it as it comes, neither kept nor held in memory.
 */
import { Readable } from 'node:stream';
import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { modelDigestSchema, type FileSource } from '@corral/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '../common/access.decorator.js';
import { FailureException } from '../common/failure-exception.pure.js';
import { ModelFilesService } from './model-files.service.js';

/** A node that does not begin to answer within it is passed over. */
const ANSWER_LIMIT_MS = 5_000;
/** Passed on as the node said it: what was asked for, or that there is no such part. */
const FINAL = new Set([200, 206, 416]);
const HEADERS = ['content-length', 'content-range', 'content-type', 'accept-ranges', 'etag'];

@ApiExcludeController()
@Controller('internal/v1/models')
@Public()
export class ModelRelayController {
  constructor(private readonly files: ModelFilesService) {}

  /** For holders of a pass, which the leader gives to the nodes that lack the file. */
  @Get(':digest')
  async get(
    @Param('digest') digest: string,
    @Req() { headers: { authorization, range } }: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (!modelDigestSchema.safeParse(digest).success) throw nobodySends(0);
    if (!this.files.isPass(authorization?.replace(/^Bearer /, '') ?? '', digest)) {
      const message = 'Model files are for nodes that a controller has given a pass.';
      throw new FailureException({ code: 'invalid_api_key', message });
    }
    const sources = this.files.sourcesOf(digest);
    for (const source of sources) {
      const answer = await ask(source, range);
      if (answer === null) continue;
      if (FINAL.has(answer.status) && answer.body !== null) {
        return void (await passOn(answer, answer.body, reply));
      }
      await answer.body?.cancel();
    }
    throw nobodySends(sources.length);
  }
}

async function ask(source: FileSource, range: string | undefined): Promise<Response | null> {
  const headers = new Headers({ authorization: `Bearer ${source.token}` });
  if (range !== undefined) headers.set('range', range);
  const tooSlow = new AbortController();
  const timer = setTimeout(() => tooSlow.abort(), ANSWER_LIMIT_MS);
  try {
    return await fetch(source.url, { headers, redirect: 'error', signal: tooSlow.signal });
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

async function passOn(
  answer: Response,
  body: NonNullable<Response['body']>,
  reply: FastifyReply,
): Promise<void> {
  for (const name of HEADERS) {
    const value = answer.headers.get(name);
    if (value !== null) reply.header(name, value);
  }
  await reply.status(answer.status).send(Readable.fromWeb(body));
}

function nobodySends(holders: number): FailureException {
  if (holders === 0) {
    const message = 'No node that can be reached has this model file.';
    return new FailureException({ code: 'not_found', message });
  }
  const message = 'The nodes that have this model file are busy, or cannot be reached from here.';
  return new FailureException({ code: 'dependency_unavailable', message }, 1_000);
}

/** A whole controller in the spec's own process, on real servers; asked over real HTTP. */
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApplication } from '../application.js';
import type { Config } from '../config/config.js';
import { ADMIN_TOKEN } from './test-servers.js';

export interface Answer {
  status: number;
  headers: Headers;
  body: unknown;
}

export class TestApplication {
  private constructor(
    readonly app: NestFastifyApplication,
    readonly url: string,
  ) {}

  static async start(config: Config): Promise<TestApplication> {
    const app = await createApplication(config);
    await app.listen(0, '127.0.0.1');
    return new TestApplication(app, await app.getUrl());
  }

  /** The answer's body is parsed where it is JSON, else it is text. */
  async ask(method: string, path: string, options: AskOptions = {}): Promise<Answer> {
    const { body, headers } = options;
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return {
      status: response.status,
      headers: response.headers,
      body: isJson ? (JSON.parse(text) as unknown) : text,
    };
  }

  /** Asked with the admin token. */
  admin(method: string, path: string, body?: object): Promise<Answer> {
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
    return this.ask(method, `/admin/v1${path}`, { headers, body });
  }

  async stop(): Promise<void> {
    await this.app.close();
  }
}

export interface AskOptions {
  headers?: Record<string, string>;
  body?: object | undefined;
}

/** The admin API as the commands use it. Every answer is parsed by its contract. */
import {
  adminErrorSchema,
  apiKeyViewSchema,
  createdKeySchema,
  deploymentViewSchema,
  importStartedSchema,
  modelViewSchema,
  overviewSchema,
  type ApiKeyView,
  type CreatedKey,
  type DeploymentView,
  type ImportStarted,
  type ModelView,
  type Overview,
  type createDeploymentSchema,
  type createKeySchema,
} from '@corral/contracts/http';
import { z } from 'zod';
import { CliError, EXIT } from '../cli-error.js';

const TIMEOUT_MS = 15_000;

/** Throws {@link CliError}: `unreachable` without an answer, `refused` for an answer that says no. */
export class AdminClient {
  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  overview(): Promise<Overview> {
    return this.call('GET', '/overview', overviewSchema);
  }

  keys(): Promise<ApiKeyView[]> {
    return this.list('/keys', apiKeyViewSchema);
  }

  createKey(key: z.input<typeof createKeySchema>): Promise<CreatedKey> {
    return this.call('POST', '/keys', createdKeySchema, key);
  }

  async revokeKey(id: string): Promise<void> {
    await this.call('DELETE', `/keys/${encodeURIComponent(id)}`, z.unknown());
  }

  models(): Promise<ModelView[]> {
    return this.list('/models', modelViewSchema);
  }

  importModel(path: string, nodeId?: string): Promise<ImportStarted> {
    return this.call('POST', '/models/import', importStartedSchema, { path, nodeId });
  }

  deployments(): Promise<DeploymentView[]> {
    return this.list('/deployments', deploymentViewSchema);
  }

  createDeployment(deployment: z.input<typeof createDeploymentSchema>): Promise<DeploymentView> {
    return this.call('POST', '/deployments', deploymentViewSchema, deployment);
  }

  async deleteDeployment(name: string): Promise<void> {
    const path = name.split('/').map(encodeURIComponent).join('/');
    await this.call('DELETE', `/deployments/${path}`, z.unknown());
  }

  private async list<S extends z.ZodType>(path: string, schema: S): Promise<z.output<S>[]> {
    return (await this.call('GET', path, z.object({ data: z.array(schema) }))).data;
  }

  private async call<S extends z.ZodType>(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    schema: S,
    body?: unknown,
  ): Promise<z.output<S>> {
    const { status, text } = await this.exchange(method, path, body);
    const json = parseJson(text);
    if (status >= 400) throw refusal(status, json);
    const answer = schema.safeParse(json);
    if (answer.success) return answer.data;
    throw new CliError(
      `The answer to ${method} ${path} is not one that this version knows: ${z.prettifyError(answer.error)}`,
      EXIT.fault,
      'Use the command line of the same version as the controller.',
    );
  }

  private async exchange(
    method: string,
    path: string,
    body: unknown,
  ): Promise<{ status: number; text: string }> {
    try {
      const response = await fetch(`${this.url}/admin/v1${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      return { status: response.status, text: await response.text() };
    } catch (cause) {
      throw new CliError(
        `No answer from ${this.url}: ${reasonOf(cause)}.`,
        EXIT.unreachable,
        'Is Corral running there? `corral up` starts one; --url names another.',
        { cause },
      );
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    // Some other server answers at this address; the schema says so.
    return undefined;
  }
}

function refusal(status: number, json: unknown): CliError {
  const body = adminErrorSchema.safeParse(json);
  const message = body.success ? body.data.error.message : `HTTP status ${status}`;
  const hint =
    status === 401 || status === 403
      ? 'Give the admin token with --token or CORRAL_ADMIN_TOKEN, or name the data folder with --home.'
      : undefined;
  return new CliError(message, EXIT.refused, hint);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `nothing within ${TIMEOUT_MS / 1000} s`;
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}

/**
 * The worker's log: one JSON object per line on standard output. The type of the fields is the
 * allow-list: what is not named here cannot be logged, so neither prompts nor secrets can.
 */
import type { LoggerService } from '@nestjs/common';
import { pino, type DestinationStream, type Logger } from 'pino';

export interface LogFields {
  nodeId?: string;
  bootId?: string;
  replicaId?: string;
  deployment?: string;
  modelDigest?: string;
  importId?: string;
  generationId?: string;
  attempt?: number;
  controllerId?: string;
  enginePid?: number;
  attempts?: number;
  subject?: string;
  /** A state, an outcome or a signal: one word. */
  state?: string;
  reason?: string;
  durationMs?: number;
  sizeBytes?: number;
  /** Message of a fault; faults are of the program's own making and quote no user input. */
  fault?: string;
  source?: string;
}

type Level = 'error' | 'warn' | 'info' | 'debug';

export class WorkerLog {
  private readonly logger: Logger;

  constructor(level: string, destination?: DestinationStream) {
    this.logger = pino(
      { level, base: { component: 'worker' } },
      destination ?? pino.destination(1),
    );
  }

  error(message: string, fields: LogFields = {}): void {
    this.write('error', message, fields);
  }

  warn(message: string, fields: LogFields = {}): void {
    this.write('warn', message, fields);
  }

  info(message: string, fields: LogFields = {}): void {
    this.write('info', message, fields);
  }

  debug(message: string, fields: LogFields = {}): void {
    this.write('debug', message, fields);
  }

  private write(level: Level, message: string, fields: LogFields): void {
    this.logger[level](fields, message);
  }
}

/** The framework's own messages in the same log; its start-up chatter is debug. */
export function nestLogger(log: WorkerLog): LoggerService {
  const source = (parameters: unknown[]): LogFields => {
    const last = parameters.at(-1);
    return typeof last === 'string' ? { source: last.split('\n')[0] } : {};
  };
  return {
    log: (message, ...rest) => log.debug(String(message), source(rest)),
    warn: (message, ...rest) => log.warn(String(message), source(rest)),
    error: (message, ...rest) => log.error(String(message), source(rest)),
    debug: (message, ...rest) => log.debug(String(message), source(rest)),
    verbose: (message, ...rest) => log.debug(String(message), source(rest)),
  };
}

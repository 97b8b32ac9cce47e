/** The dialect in which a route tells failures, declared on its controller. */
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';
import type { FastifyRequest } from 'fastify';
import type { ErrorDialect } from './error-dialect.pure.js';

const KEY = 'errorDialect';

/**
 * All routes of the controller tell failures in the dialect, those included that are found before a
 * handler runs (a body that is too large, a key that is missing).
 */
export function AnswersErrorsIn(dialect: ErrorDialect): ClassDecorator {
  return (controller) => {
    const methods = Object.values(Object.getOwnPropertyDescriptors(controller.prototype))
      .map(({ value }) => value as unknown)
      .filter((value) => typeof value === 'function' && value !== controller);
    for (const method of methods as object[]) {
      const config = Reflect.getMetadata(FASTIFY_ROUTE_CONFIG_METADATA, method) as object;
      Reflect.defineMetadata(FASTIFY_ROUTE_CONFIG_METADATA, { ...config, [KEY]: dialect }, method);
    }
  };
}

/** What the request's route declares; null when it declares nothing, or there is no such route. */
export function errorDialectOf({ routeOptions }: FastifyRequest): ErrorDialect | null {
  const config = routeOptions.config as { [KEY]?: ErrorDialect } | undefined;
  return config?.[KEY] ?? null;
}

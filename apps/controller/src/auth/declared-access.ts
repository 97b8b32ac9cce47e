/** Refuses to start with a route that does not say who may call it. */
import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import type { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { ACCESS_METADATA, type Access } from '../common/access.decorator.js';

export interface DeclaredRoute {
  /** `Class.method`. */
  handler: string;
  method: string;
  path: string;
  /** Null: it does not say. */
  access: Access | null;
}

/** Every HTTP route of every controller. */
export function declaredRoutes(
  discovery: DiscoveryService,
  scanner: MetadataScanner,
): DeclaredRoute[] {
  return discovery.getControllers().flatMap(({ metatype, instance }) => {
    if (metatype === null || instance == null) return [];
    const prototype = Object.getPrototypeOf(instance) as Record<string, object>;
    return scanner.getAllMethodNames(prototype).flatMap((name) => {
      const handler = prototype[name] as object;
      const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
      if (method === undefined) return [];
      const [onMethod, onClass] = [handler, metatype].map(
        (target) => Reflect.getMetadata(ACCESS_METADATA, target) as Access | undefined,
      );
      return {
        handler: `${metatype.name}.${name}`,
        method: RequestMethod[method],
        path: pathOf(metatype, handler),
        access: onMethod ?? onClass ?? null,
      };
    });
  });
}

/** `Class.method` of every HTTP route without a declaration; empty when all is well. */
export function undeclaredRoutes(discovery: DiscoveryService, scanner: MetadataScanner): string[] {
  return declaredRoutes(discovery, scanner)
    .filter(({ access }) => access === null)
    .map(({ handler }) => handler);
}

function pathOf(...targets: object[]): string {
  const parts = targets.map((target) => Reflect.getMetadata(PATH_METADATA, target) as string);
  return `/${parts.flatMap((part) => part.split('/').filter((step) => step !== '')).join('/')}`;
}

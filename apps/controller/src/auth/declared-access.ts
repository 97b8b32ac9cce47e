/** Refuses to start with a route that does not say who may call it. */
import type { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { METHOD_METADATA } from '@nestjs/common/constants.js';
import { ACCESS_METADATA } from '../common/access.decorator.js';

/** `Class.method` of every HTTP route without a declaration; empty when all is well. */
export function undeclaredRoutes(discovery: DiscoveryService, scanner: MetadataScanner): string[] {
  return discovery.getControllers().flatMap(({ metatype, instance }) => {
    if (metatype === null || instance == null) return [];
    const onClass = Reflect.hasMetadata(ACCESS_METADATA, metatype);
    const prototype = Object.getPrototypeOf(instance) as Record<string, object>;
    return scanner.getAllMethodNames(prototype).flatMap((name) => {
      const method = prototype[name] as object;
      const isRoute = Reflect.hasMetadata(METHOD_METADATA, method);
      const declared = onClass || Reflect.hasMetadata(ACCESS_METADATA, method);
      return isRoute && !declared ? [`${metatype.name}.${name}`] : [];
    });
  });
}

import { Controller, Get, Module, Post } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, MetadataScanner } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { Public, RequiresAdmin } from '../common/access.decorator.js';
import { declaredRoutes, undeclaredRoutes } from './declared-access.js';

@Controller('half')
class HalfDeclared {
  @Get('open')
  @Public()
  open(): void {}

  @Post('forgotten')
  forgotten(): void {}

  notARoute(): void {}
}

@Controller('whole')
@RequiresAdmin()
class WhollyDeclared {
  @Get()
  list(): void {}

  @Get('open')
  @Public()
  open(): void {}
}

@Module({ imports: [DiscoveryModule], controllers: [HalfDeclared, WhollyDeclared] })
class Routes {}

describe('the declared access of routes', () => {
  async function discovery(): Promise<DiscoveryService> {
    const module = await Test.createTestingModule({ imports: [Routes] }).compile();
    return module.get(DiscoveryService, { strict: false });
  }

  it('finds the one route that says nothing', async () => {
    expect(undeclaredRoutes(await discovery(), new MetadataScanner())).toEqual([
      'HalfDeclared.forgotten',
    ]);
  });

  it('lets a route overrule its controller', async () => {
    const routes = declaredRoutes(await discovery(), new MetadataScanner());
    expect(routes).toContainEqual({
      handler: 'WhollyDeclared.list',
      method: 'GET',
      path: '/whole',
      access: { kind: 'role', roles: ['admin'] },
    });
    expect(routes).toContainEqual({
      handler: 'WhollyDeclared.open',
      method: 'GET',
      path: '/whole/open',
      access: { kind: 'public' },
    });
  });
});

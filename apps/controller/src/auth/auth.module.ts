import { Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { ApiKeysModule } from '../api-keys/api-keys.module.js';
import { AccessGuard } from './access.guard.js';
import { FirstAdminService } from './first-admin.service.js';
import { SignInController } from './sign-in.controller.js';
import { SignInService } from './sign-in.service.js';

@Module({
  imports: [ApiKeysModule, DiscoveryModule],
  controllers: [SignInController],
  providers: [SignInService, FirstAdminService, { provide: APP_GUARD, useClass: AccessGuard }],
  exports: [FirstAdminService],
})
export class AuthModule {}

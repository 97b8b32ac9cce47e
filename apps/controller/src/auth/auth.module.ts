import { Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { ApiKeysModule } from '../api-keys/api-keys.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { AccessGuard } from './access.guard.js';
import { FirstAdminService } from './first-admin.service.js';
import { LoginThrottle } from './sign-in/login-throttle.service.js';
import { SessionsController } from './sessions/sessions.controller.js';
import { SessionsRepository } from './sessions/sessions.repository.js';
import { SessionsService } from './sessions/sessions.service.js';
import { SignInOptionsController } from './sign-in/sign-in-options.controller.js';
import { SignInController } from './sign-in/sign-in.controller.js';
import { SignInService } from './sign-in/sign-in.service.js';
import { SingleSignOnService } from './sign-in/single-sign-on.service.js';
import { ThrottledSignInService } from './sign-in/throttled-sign-in.service.js';
import { ThrottleRepository } from './sign-in/throttle.repository.js';

@Module({
  imports: [ApiKeysModule, AuditModule, DiscoveryModule],
  controllers: [SignInController, SignInOptionsController, SessionsController],
  providers: [
    SignInService,
    SingleSignOnService,
    ThrottledSignInService,
    LoginThrottle,
    ThrottleRepository,
    SessionsService,
    SessionsRepository,
    FirstAdminService,
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
  exports: [FirstAdminService, LoginThrottle],
})
export class AuthModule {}

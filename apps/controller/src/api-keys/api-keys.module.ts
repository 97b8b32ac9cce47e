import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { ApiKeysController } from './api-keys.controller.js';
import { ApiKeysRepository } from './api-keys.repository.js';
import { ApiKeysService } from './api-keys.service.js';
import { KeyOwnersService } from './key-owners.service.js';
import { KeyVerificationService } from './key-verification.service.js';
import { StoredKeysRepository } from './stored-keys.repository.js';

@Module({
  imports: [AuditModule],
  controllers: [ApiKeysController],
  providers: [
    ApiKeysRepository,
    ApiKeysService,
    KeyOwnersService,
    KeyVerificationService,
    StoredKeysRepository,
  ],
  exports: [ApiKeysService, KeyVerificationService],
})
export class ApiKeysModule {}

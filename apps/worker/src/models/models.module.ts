import { Module } from '@nestjs/common';
import { ModelStoreService } from './model-store.service.js';

@Module({ providers: [ModelStoreService], exports: [ModelStoreService] })
export class ModelsModule {}

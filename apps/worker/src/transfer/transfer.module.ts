import { Module } from '@nestjs/common';
import { ModelsModule } from '../models/models.module.js';
import { FetchesService } from './fetches.service.js';
import { FileServerService } from './file-server.service.js';

@Module({
  imports: [ModelsModule],
  providers: [FetchesService, FileServerService],
  exports: [FetchesService, FileServerService],
})
export class TransferModule {}

import { Module } from '@nestjs/common';
import { RequestRates } from './request-rates.js';
import { RequestsController } from './requests.controller.js';
import { UsageRecorder } from './usage-recorder.js';

@Module({
  controllers: [RequestsController],
  providers: [UsageRecorder, RequestRates],
  exports: [UsageRecorder, RequestRates],
})
export class UsageModule {}

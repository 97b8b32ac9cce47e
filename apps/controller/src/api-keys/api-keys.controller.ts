import { Body, Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  createKeySchema,
  type ApiKeyView,
  type CreatedKey,
  type CreateKey,
} from '@corral/contracts/http';
import { RequiresAdmin } from '../common/access.decorator.js';
import { ApiKeysService } from './api-keys.service.js';

@ApiTags('Keys')
@Controller('admin/v1/keys')
@RequiresAdmin()
export class ApiKeysController {
  constructor(private readonly keys: ApiKeysService) {}

  @Get()
  async list(): Promise<{ data: ApiKeyView[] }> {
    return { data: await this.keys.list() };
  }

  @Post()
  create(@Body({ schema: createKeySchema }) body: CreateKey): Promise<CreatedKey> {
    return this.keys.create(body);
  }

  @Delete(':id')
  revoke(@Param('id') id: string): Promise<ApiKeyView> {
    return this.keys.revoke(id);
  }
}

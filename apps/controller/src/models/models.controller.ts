import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  importModelSchema,
  type ImportModel,
  type ImportStarted,
  type ModelView,
} from '@corral/contracts/http';
import { RequiresAdmin, RequiresRole } from '../common/access.decorator.js';
import { ModelsService } from './models.service.js';

@ApiTags('Models')
@Controller('admin/v1/models')
@RequiresAdmin()
export class ModelsController {
  constructor(private readonly models: ModelsService) {}

  @Get()
  @RequiresRole('admin', 'viewer')
  list(): { data: ModelView[] } {
    return { data: this.models.list() };
  }

  @Post('import')
  @HttpCode(202)
  import(@Body({ schema: importModelSchema }) body: ImportModel): Promise<ImportStarted> {
    return this.models.import(body);
  }

  @Delete(':digest')
  @HttpCode(204)
  remove(@Param('digest') digest: string): Promise<void> {
    return this.models.remove(digest);
  }
}

import { Controller, Get, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { NodeView } from '@corral/contracts/http';
import { RequiresRole } from '../common/access.decorator.js';
import { FailureException } from '../common/failure.exception.js';
import { NodesService } from './nodes.service.js';

@ApiTags('Nodes')
@Controller('admin/v1/nodes')
@RequiresRole('admin', 'viewer')
export class NodesController {
  constructor(private readonly nodes: NodesService) {}

  @Get()
  list(): { data: NodeView[] } {
    return { data: this.nodes.views() };
  }

  @Get(':id')
  get(@Param('id') id: string): NodeView {
    const view = this.nodes.views().find((node) => node.id === id);
    if (view !== undefined) return view;
    throw new FailureException({ code: 'not_found', message: `There is no node '${id}'.` });
  }
}

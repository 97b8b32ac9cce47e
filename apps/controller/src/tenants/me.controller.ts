import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Me } from '@corral/contracts/http';
import { RequiresSignIn } from '../common/access.decorator.js';
import { CurrentPrincipal } from '../common/current-principal.decorator.js';
import type { Principal } from '../common/principal.pure.js';
import { UsersService } from './users/users.service.js';

@ApiTags('Users')
@Controller('admin/v1/me')
@RequiresSignIn()
export class MeController {
  constructor(private readonly users: UsersService) {}

  /** Who is asking. */
  @Get()
  async get(@CurrentPrincipal() by: Principal): Promise<Me> {
    const { userId, role } = by;
    if (userId === null) return { ...NOBODY, role };
    const { email, name, teamId, teamName } = await this.users.view(by, userId);
    return { kind: 'user', userId, email, name, role, teamId, teamName };
  }
}

/** The admin token is nobody's. */
const NOBODY = {
  kind: 'admin_token',
  userId: null,
  email: null,
  name: null,
  teamId: null,
  teamName: null,
} as const;

import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';

/** This run of this controller: workers address its frames by it. */
@Injectable()
export class ControllerIdentity {
  readonly controllerId = `c-${randomUUID()}`;
}

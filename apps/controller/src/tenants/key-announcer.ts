import { Injectable } from '@nestjs/common';
import { Bus } from '@corral/bus';
import { changeSchema, CHANGES_SUBJECT } from '@corral/contracts';

/** Tells all controllers that keys may belong to other people, or to disabled ones, than they knew. */
@Injectable()
export class KeyAnnouncer {
  constructor(private readonly bus: Bus) {}

  /** After the change is committed; every controller then reads its keys again. */
  ownersChanged(): void {
    this.bus.publish(CHANGES_SUBJECT, changeSchema, { what: 'api_keys' });
  }
}

/**
 * Nest's NATS transport for one node: `{id}` in a handler's pattern is this node's id. Handlers are
 * declared in decorators, long before the id is known; here it is filled in before subscribing.
 */
import type { NatsConnection } from '@nats-io/transport-node';
import { ServerNats, type MessageHandler, type NatsOptions } from '@nestjs/microservices';

export class NodeNatsServer extends ServerNats {
  constructor(
    private readonly nodeId: string,
    options: Required<NatsOptions>['options'],
  ) {
    super(options);
  }

  /** Resolves when the server has confirmed every subscription made so far. */
  async flush(): Promise<void> {
    await this.unwrap<NatsConnection>().flush();
  }

  override addHandler(pattern: unknown, ...rest: HandlerArguments): void {
    super.addHandler(String(pattern).replace('{id}', this.nodeId), ...rest);
  }
}

type HandlerArguments = [handler: MessageHandler, isEventHandler?: boolean, extras?: object];

import type { NodeView } from '@corral/contracts/http';
import CircleCheck from 'lucide-react/icons/circle-check';
import CircleDashed from 'lucide-react/icons/circle-dashed';
import CircleStop from 'lucide-react/icons/circle-stop';
import CircleX from 'lucide-react/icons/circle-x';
import Hourglass from 'lucide-react/icons/hourglass';
import LoaderCircle from 'lucide-react/icons/loader-circle';
import WifiOff from 'lucide-react/icons/wifi-off';
import type { StateLook } from '../../components/figures/state-badge';

export const NODE_LOOKS: Record<NodeView['state'], StateLook> = {
  joining: { tone: 'busy', icon: LoaderCircle, spins: true },
  ready: { tone: 'ok', icon: CircleCheck },
  suspect: { tone: 'warn', icon: WifiOff },
  lost: { tone: 'failed', icon: CircleX },
};

export type ReplicaView = NodeView['replicas'][number];

export const REPLICA_LOOKS: Record<ReplicaView['state'], StateLook> = {
  assigned: { tone: 'idle', icon: CircleDashed },
  fetching: { tone: 'busy', icon: LoaderCircle, spins: true },
  loading: { tone: 'busy', icon: LoaderCircle, spins: true },
  warming: { tone: 'busy', icon: LoaderCircle, spins: true },
  ready: { tone: 'ok', icon: CircleCheck },
  draining: { tone: 'warn', icon: Hourglass },
  stopped: { tone: 'idle', icon: CircleStop },
  failed: { tone: 'failed', icon: CircleX },
};

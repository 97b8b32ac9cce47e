import type { DeploymentView } from '@corral/contracts/http';
import CircleCheck from 'lucide-react/icons/circle-check';
import CircleDashed from 'lucide-react/icons/circle-dashed';
import CircleX from 'lucide-react/icons/circle-x';
import LoaderCircle from 'lucide-react/icons/loader-circle';
import Moon from 'lucide-react/icons/moon';
import type { StateLook } from '../../components/figures/state-badge';

export const DEPLOYMENT_LOOKS: Record<DeploymentView['state'], StateLook> = {
  ready: { tone: 'ok', icon: CircleCheck },
  loading: { tone: 'busy', icon: LoaderCircle, spins: true },
  pending: { tone: 'warn', icon: CircleDashed },
  failed: { tone: 'failed', icon: CircleX },
  unloaded: { tone: 'idle', icon: Moon },
};

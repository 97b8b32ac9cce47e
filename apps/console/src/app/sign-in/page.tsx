import { SignInScreen } from '../../features/sign-in/components/sign-in-screen';

export default function SignInPage() {
  return <SignInScreen />;
}

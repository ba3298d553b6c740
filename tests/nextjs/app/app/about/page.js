export default function About() {
  return <p>Built from {process.env.COMMIT}.</p>;
}

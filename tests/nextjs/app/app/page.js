import Counter from "../components/counter";

export default function Home() {
  return (
    <main>
      <h1>Storefront</h1>
      <Counter />
    </main>
  );
}

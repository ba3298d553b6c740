self.onmessage = async (event) => {
  const answer = await fetch("https://api.example.com/" + event.data, {
    headers: { Authorization: "token " + process.env.NEXT_PUBLIC_WORKER_TOKEN },
  });
  self.postMessage(await answer.text());
};

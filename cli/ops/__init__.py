"""Commands of remote ops: each talks to the cloud's public interface and to nothing else. What they answer is in docs/cli.md."""

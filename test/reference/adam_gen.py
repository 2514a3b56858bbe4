"""Writes adam.json: a step of Adam in float32, from averages of squares that are normal, denormal and 0. Needs torch (2.13, CPU)."""
import json, os, torch

torch.set_num_threads(1)
STEP = 1911
GRADIENTS = (0.0, 1e-25, -1e-21, 1e-14, -1e-6, 1.0, -1e4)
SQUARES = (0.0, 1e-44, 1e-30, 1e-14, 1e-2)


def case(eps):
    pairs = [(g, v) for v in SQUARES for g in GRADIENTS]
    gradient = torch.tensor([g for g, _ in pairs])
    exp_avg_sq = torch.tensor([v for _, v in pairs])
    exp_avg = exp_avg_sq.sqrt() / 2
    theta = torch.zeros(len(pairs))  # the change keeps all its digits
    theta.grad = gradient
    optimizer = torch.optim.Adam([theta], lr=1e-3, eps=eps)
    state = {"step": torch.tensor(STEP - 1.0), "exp_avg": exp_avg.clone(), "exp_avg_sq": exp_avg_sq.clone()}
    optimizer.state[theta] = state
    optimizer.step()
    return {
        "step": STEP,
        "eps": eps,
        "gradient": gradient.tolist(),
        "before": {"exp_avg": exp_avg.tolist(), "exp_avg_sq": exp_avg_sq.tolist()},
        "after": {
            "theta": theta.tolist(),
            "exp_avg": state["exp_avg"].tolist(),
            "exp_avg_sq": state["exp_avg_sq"].tolist(),
        },
    }


if __name__ == "__main__":
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "adam.json")
    with open(path, "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(case(eps)) for eps in (1e-8, 1e-14)) + "\n]\n")

(* Charges in discrete time.  proofs/noether.md *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From Equipartition.library Require Import inner_product derivatives matrices families learning.
From Equipartition.lemmas Require Import balance.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Lemma sumS (R : zmodType) (f : nat -> R) T : \sum_(t < T.+1) f t = \sum_(t < T) f t + f T.
Proof. by rewrite big_ord_recr. Qed.

(* In this file (A x)^T g = 0 is a hypothesis; `infinitesimal' of balance.v derives it from the     *)
(* symmetry, for every sample.                                                                      *)
Section Charges.
Variables (R : realFieldType) (V : eucl R) (A : V -> V).
Implicit Types (x g m v : V) (eta gamma beta : R).
Hypothesis A_add : forall x y, A (x + y) = A x + A y.
Hypothesis A_scale : forall a x, A (a *: x) = a *: A x.
Hypothesis A_sym : forall x y, <<A x, y>> = <<x, A y>>.

Definition C x : R := <<x, A x>>.
Lemma C_comb a b x y : C (a *: x + b *: y) = a ^+ 2 * C x + 2 * a * b * <<A x, y>> + b ^+ 2 * C y.
Proof.
rewrite /C A_add !A_scale ipDl !ipDr !ipZl !ipZr (ipC y (A x)) (_ : <<x, A y>> = <<A x, y>>) ?A_sym //.
by ring.
Qed.

(* noether/sgd-charge: C' = (1 - 2 eta gamma)^2 C + eta^2 g^T A g *)
Theorem sgd_charge x g eta gamma : <<A x, g>> = 0 ->
  C (x - eta *: (g + (2 * gamma) *: x)) = (1 - 2 * eta * gamma) ^+ 2 * C x + eta ^+ 2 * C g.
Proof.
move=> h; rewrite (_ : x - _ = (1 - 2 * eta * gamma) *: x + (- eta) *: g).
  by rewrite C_comb h; ring.
rewrite scalerDr scalerA opprD scalerBl scale1r scaleNr -addrA; congr (_ + _).
by rewrite addrC (mulrA eta) (mulrC eta).
Qed.

(* noether/gradient-flow (5): a step of length eta breaks the charge by eta^2 G^T A G *)
Corollary euler_step x G eta : <<A x, G>> = 0 -> C (x - eta *: G) = C x + eta ^+ 2 * C G.
Proof.
by move=> /(sgd_charge eta 0); rewrite !mulr0 scale0r addr0 subr0 expr1n mul1r.
Qed.

(* noether/time-average (1): the law of a whole run *)
Theorem time_average (x g : nat -> V) eta gamma T : eta != 0 ->
  (forall t, <<A (x t), g t>> = 0) ->
  (forall t, x t.+1 = x t - eta *: (g t + (2 * gamma) *: x t)) ->
  \sum_(t < T) C (g t) = (C (x T) - C (x 0%N)) / eta ^+ 2
    + 4%:R * gamma / eta * (1 - eta * gamma) * \sum_(t < T) C (x t).
Proof.
move=> e0 h step; elim: T => [|T IH]; first by rewrite !big_ord0 subrr mul0r mulr0 addr0.
by rewrite (sumS (fun t => C (g t))) (sumS (fun t => C (x t))) IH step (sgd_charge eta gamma (h T)); field.
Qed.

(* noether/time-average (2), finite form: a periodic run has exactly E[g^T A g] = (4 gamma/eta)(1 - eta gamma) E[C] *)
Corollary time_average_periodic (x g : nat -> V) eta gamma T : eta != 0 ->
  (forall t, <<A (x t), g t>> = 0) ->
  (forall t, x t.+1 = x t - eta *: (g t + (2 * gamma) *: x t)) -> C (x T) = C (x 0%N) ->
  \sum_(t < T) C (g t) = 4%:R * gamma / eta * (1 - eta * gamma) * \sum_(t < T) C (x t).
Proof. by move=> e0 h s c; rewrite (time_average T e0 h s) c subrr mul0r add0r. Qed.

(* noether/time-average (2), stationary form: E is any linear functional with E[C'] = E[C] *)
Theorem time_average_stationary (Om : finType) (P : Om -> R) (x g : Om -> V) eta gamma : eta != 0 ->
  (forall o, <<A (x o), g o>> = 0) ->
  \sum_o P o * C (x o - eta *: (g o + (2 * gamma) *: x o)) = \sum_o P o * C (x o) ->
  \sum_o P o * C (g o) = 4%:R * gamma / eta * (1 - eta * gamma) * \sum_o P o * C (x o).
Proof.
move=> e0 h; rewrite (eq_bigr (fun o => (1 - 2 * eta * gamma) ^+ 2 * (P o * C (x o)) + eta ^+ 2 * (P o * C (g o)))).
  rewrite big_split /= -!mulr_sumr => e; apply: (mulfI (expf_neq0 2 e0)).
  move: e; set S := \sum_o P o * C (g o); set Cx := \sum_o _ => e.
  have -> : eta ^+ 2 * S = (1 - 2 * eta * gamma) ^+ 2 * Cx + eta ^+ 2 * S
    - (1 - 2 * eta * gamma) ^+ 2 * Cx by ring.
  by rewrite e; field.
by move=> o _; rewrite sgd_charge //; ring.
Qed.

(* noether/momentum (1)-(3) *)
Section Momentum.
Variables (x m g : nat -> V) (eta gamma beta : R).
Hypothesis eta0 : eta != 0.
Hypothesis orth : forall t, <<A (x t), g t>> = 0.
Hypothesis m_step : forall t, m t.+1 = beta *: m t + g t + (2 * gamma) *: x t.
Hypothesis x_step : forall t, x t.+1 = x t - eta *: m t.+1.
Let B t : R := <<m t, A (x t)>>.
Let D t : R := C (m t).

Lemma momentum1 t : B t.+1 = beta * B t + 2 * gamma * C (x t) - eta * D t.+1.
Proof.
rewrite /B x_step -scaleNr A_add A_scale ipDr ipZr mulNr -/(D _); congr (_ - _).
rewrite m_step !ipDl !ipZl -/(B t) -/(C _) (ipC (g t)) orth; ring.
Qed.
Lemma momentum2 t : C (x t.+1) = C (x t) - 2 * eta * B t.+1 - eta ^+ 2 * D t.+1.
Proof.
have e : C (x t) = C (x t.+1) + 2 * eta * B t.+1 + eta ^+ 2 * D t.+1.
  have -> : x t = 1 *: x t.+1 + eta *: m t.+1 by rewrite scale1r x_step subrK.
  by rewrite C_comb (ipC (A _)) -/(B _) -/(D _); ring.
by rewrite e; ring.
Qed.
Theorem momentum3 t : (1 + beta) * D t.+1 = 4%:R * gamma / eta * C (x t)
  + (1 - beta) / eta ^+ 2 * (C (x t.+1) - C (x t)) - 2 * beta / eta * (B t.+1 - B t).
Proof.
have e1 := momentum1 t; have -> : C (x t.+1) - C (x t) = - 2 * eta * B t.+1 - eta ^+ 2 * D t.+1.
  by rewrite momentum2; ring.
have -> : 4%:R * gamma / eta * C (x t) = 2 / eta * (B t.+1 + eta * D t.+1 - beta * B t).
  by rewrite e1; field.
by field.
Qed.
(* noether/momentum (4), over any run *)
Theorem momentum_run T : (1 + beta) * (\sum_(t < T) D t.+1) = 4%:R * gamma / eta * (\sum_(t < T) C (x t))
  + (1 - beta) / eta ^+ 2 * (C (x T) - C (x 0%N)) - 2 * beta / eta * (B T - B 0%N).
Proof.
elim: T => [|T IH]; first by rewrite !big_ord0 !subrr !mulr0 addr0 subr0.
by rewrite (sumS (fun t => D t.+1)) (sumS (fun t => C (x t))) mulrDr IH momentum3; ring.
Qed.
End Momentum.
End Charges.

Section Preconditioned.
Variables (R : realFieldType) (V : eucl R) (A At Lam M : V -> V).
Implicit Types (x g : V) (eta gamma : R).
Hypothesis M_add : forall x y, M (x + y) = M x + M y.
Hypothesis M_scale : forall a x, M (a *: x) = a *: M x.
(* M = Lambda^-1 A is symmetric, Lambda is symmetric *)
Hypothesis M_sym : forall x y, <<M x, y>> = <<x, M y>>.
Hypothesis LamM : forall x, Lam (M x) = A x.
Hypothesis Lam_sym : forall x y, <<Lam x, y>> = <<x, Lam y>>.
Hypothesis A_adj : forall x y, <<A x, y>> = <<x, At y>>.

Let ML g : M (Lam g) = At g.
Proof. by apply: ip_inj => y; rewrite M_sym Lam_sym LamM ipC A_adj ipC. Qed.
Let cross g x : <<Lam g, M x>> = <<A x, g>>.
Proof. by rewrite Lam_sym LamM ipC. Qed.
Let noise g : C M (Lam g) = <<g, A (Lam g)>>.
Proof. by rewrite /C ML -A_adj ipC. Qed.

(* noether/decoupled-decay (1): C = x^T Lambda^-1 A x, x' = (1 - 2 eta gamma) x - Lambda g:  *)
(* C' = (1 - 2 eta gamma)^2 C + g^T A Lambda g *)
Theorem decoupled_decay x g eta gamma : <<A x, g>> = 0 ->
  C M ((1 - 2 * eta * gamma) *: x - Lam g) = (1 - 2 * eta * gamma) ^+ 2 * C M x + <<g, A (Lam g)>>.
Proof.
move=> h; rewrite -[- Lam g]scaleN1r (C_comb M_add M_scale M_sym) noise (ipC (M x)) cross h.
by ring.
Qed.

(* (2), over any run *)
Theorem decoupled_decay_run (x g : nat -> V) eta gamma T : (forall t, <<A (x t), g t>> = 0) ->
  (forall t, x t.+1 = (1 - 2 * eta * gamma) *: x t - Lam (g t)) ->
  \sum_(t < T) <<g t, A (Lam (g t))>> = C M (x T) - C M (x 0%N)
    + 4%:R * eta * gamma * (1 - eta * gamma) * \sum_(t < T) C M (x t).
Proof.
move=> h step; elim: T => [|T IH]; first by rewrite !big_ord0 subrr mulr0 addr0.
by rewrite (sumS (fun t => <<g t, A (Lam (g t))>>)) (sumS (fun t => C M (x t))) IH step decoupled_decay //; ring.
Qed.

(* noether/preconditioned-charge (2): x' = x - Lambda G, G = g + 2 gamma x: C' = C - 4 gamma x^T A x + G^T A Lambda G *)
Theorem preconditioned_charge_decay x g gamma : <<A x, g>> = 0 ->
  let G := g + (2 * gamma) *: x in
  C M (x - Lam G) = C M x - 4%:R * gamma * <<x, A x>> + <<G, A (Lam G)>>.
Proof.
move=> h G; rewrite -{1}[x]scale1r -[- Lam G]scaleN1r (C_comb M_add M_scale M_sym) noise (ipC (M x)) cross.
by rewrite [in X in _ + X + _]/G ipDr ipZr h (ipC (A x) x); ring.
Qed.
(* (1): without decay C' = C + g^T A Lambda g *)
Theorem preconditioned_charge x g : <<A x, g>> = 0 -> C M (x - Lam g) = C M x + <<g, A (Lam g)>>.
Proof.
move=> /(preconditioned_charge_decay 0) /=.
by rewrite !mulr0 scale0r addr0 mul0r subr0.
Qed.
End Preconditioned.

(* The matrix of charges: l depends on U and W only through U W. *)
Section MatrixCharge.
Variables (R : realFieldType) (m r q : nat).
Implicit Types (U : 'M[R]_(m, r)) (W : 'M[R]_(r, q)).

(* noether/gradient-flow (2): g_W W^T = U^T g_U, from the symmetry alone: *)
(* l(U (1 + tX), W) = l(U, (1 + tX) W), differentiated at t = 0           *)
Theorem product_gradients (l : 'M[R]_(m, r) -> 'M[R]_(r, q) -> R) U W gU gW :
  (forall U' W' U'' W'', U' *m W' = U'' *m W'' -> l U' W' = l U'' W'') ->
  grad (V := mx_eucl R m r) (fun U' => l U' W) U gU ->
  grad (V := mx_eucl R r q) (fun W' => l U W') W gW -> gW *m W^T = U^T *m gU.
Proof.
move=> through dU dW; apply: (@ip_inj R (mx_eucl R r r)) => X.
have -> : <<gW *m W^T, X>> = <<gW, X *m W>> by rewrite ip_mulr trmxK.
have -> : <<U^T *m gU, X>> = <<gU, U *m X>> by rewrite ip_mull trmxK.
pose c t : mx_eucl R m r := U + t *: (U *m X); pose c' t : mx_eucl R r q := W + t *: (X *m W).
have {}dU : grad (V := mx_eucl R m r) (fun U' => l U' W) (c 0) gU by rewrite /c scale0r addr0.
have {}dW : grad (V := mx_eucl R r q) (fun W' => l U W') (c' 0) gW by rewrite /c' scale0r addr0.
apply: deriv_uniq (chain dW (vel_line _ _)) _.
apply: deriv_ext (chain dU (vel_line _ _)); apply: smallT => t; apply: through.
by rewrite mulmxDl mulmxDr -scalemxAl -scalemxAr mulmxA.
Qed.

(* noether/sgd-matrix-charge: Q' = (1 - 2 eta gamma)^2 Q + eta^2 (g_W g_W^T - g_U^T g_U) *)
Definition Q U W : 'M[R]_r := W *m W^T - U^T *m U.
Theorem sgd_matrix_charge U W gU gW (eta gamma : R) : gW *m W^T = U^T *m gU ->
  Q (U - eta *: (gU + (2 * gamma) *: U)) (W - eta *: (gW + (2 * gamma) *: W))
   = (1 - 2 * eta * gamma) ^+ 2 *: Q U W + eta ^+ 2 *: (gW *m gW^T - gU^T *m gU).
Proof.
move=> D; have Dt : W *m gW^T = gU^T *m U by apply: trmx_inj; rewrite !trmx_mul !trmxK.
have comb p n (X G : 'M[R]_(p, n)) : X - eta *: (G + (2 * gamma) *: X) = (1 - 2 * eta * gamma) *: X - eta *: G.
  by apply/matrixP => i j; rewrite !mxE; move: (X i j) (G i j) => a b; ring.
rewrite /Q !comb; set c := 1 - _.
have sq p n (X G : 'M[R]_(p, n)) : (c *: X - eta *: G) *m (c *: X - eta *: G)^T
   = c ^+ 2 *: (X *m X^T) - (c * eta) *: (G *m X^T + X *m G^T) + eta ^+ 2 *: (G *m G^T).
  have -> : (c *: X - eta *: G)^T = c *: X^T - eta *: G^T by rewrite linearB !linearZ.
  rewrite mulmxBl !mulmxBr -!scalemxAl -!scalemxAr.
  move: (X *m X^T) (G *m X^T) (X *m G^T) (G *m G^T) => a b d e; apply/matrixP => i j.
  by rewrite !mxE; move: (a i j) (b i j) (d i j) (e i j) => ? ? ? ?; ring.
have eU : (c *: U - eta *: gU)^T = c *: U^T - eta *: gU^T by rewrite linearB !linearZ.
have := sq _ _ U^T gU^T; rewrite -eU !trmxK sq eU => ->; rewrite D Dt.
move: (W *m W^T) (U^T *m gU) (gU^T *m U) (U^T *m U) (gW *m gW^T) (gU^T *m gU).
move=> a b d e f h; apply/matrixP => i j; rewrite !mxE.
by move: (a i j) (b i j) (d i j) (e i j) (f i j) (h i j) => ? ? ? ? ? ?; ring.
Qed.
End MatrixCharge.

(* noether/scale-invariant: A = 1, r = |x|, x^T g = 0 *)
Section ScaleInvariant.
Variables (R : realFieldType) (V : eucl R).
Variables (x g : nat -> V) (eta gamma : R).
Hypothesis orth : forall t, <<x t, g t>> = 0.
Hypothesis step : forall t, x t.+1 = x t - eta *: (g t + (2 * gamma) *: x t).
Let c := 1 - 2 * eta * gamma.
(* (1) *)
Theorem scale_invariant_step t : N (x t.+1) = c ^+ 2 * N (x t) + eta ^+ 2 * N (g t).
Proof. by rewrite step; apply: (sgd_charge (A := id)). Qed.
(* without decay the norm only grows *)
Corollary scale_invariant_grows t : gamma = 0 -> N (x t) <= N (x t.+1).
Proof.
move=> g0; rewrite scale_invariant_step /c g0 mulr0 subr0 expr1n mul1r ler_addl.
by rewrite mulr_ge0 ?sqr_ge0 ?N_ge0.
Qed.
(* 4 eta gamma (1 - eta gamma) sum r^2 = eta^2 sum |g|^2 + r_0^2 - r_T^2 *)
Theorem scale_invariant_run2 T : 4%:R * eta * gamma * (1 - eta * gamma) * (\sum_(t < T) N (x t))
  = eta ^+ 2 * (\sum_(t < T) N (g t)) + N (x 0%N) - N (x T).
Proof.
elim: T => [|T IH]; first by rewrite !big_ord0 !mulr0 add0r subrr.
set K := 4%:R * eta * gamma * (1 - eta * gamma) in IH *.
rewrite (sumS (fun t => N (x t))) (sumS (fun t => N (g t))) mulrDr IH scale_invariant_step.
by rewrite /c /K; ring.
Qed.
(* 4 eta gamma (1 - eta gamma) sum r^4 = eta^2 sum |r g|^2 + 1/2 sum (r'^2 - r^2)^2 + 1/2 (r_0^4 - r_T^4) *)
Theorem scale_invariant_run4 T : 4%:R * eta * gamma * (1 - eta * gamma) * (\sum_(t < T) N (x t) ^+ 2)
  = eta ^+ 2 * (\sum_(t < T) N (x t) * N (g t))
   + 1 / 2 * (\sum_(t < T) (N (x t.+1) - N (x t)) ^+ 2) + 1 / 2 * (N (x 0%N) ^+ 2 - N (x T) ^+ 2).
Proof.
elim: T => [|T IH]; first by rewrite !big_ord0 subrr !mulr0 !addr0.
set K := 4%:R * eta * gamma * (1 - eta * gamma) in IH *.
rewrite (sumS (fun t => N (x t) ^+ 2)) (sumS (fun t => N (x t) * N (g t))) mulrDr IH.
by rewrite (sumS (fun t => (N (x t.+1) - N (x t)) ^+ 2)) scale_invariant_step /c /K; field.
Qed.
End ScaleInvariant.

(* noether/gradient-flow (1), (3), (4) as derivatives along any solution of the flow *)
Section Flow.
Variables (R : realFieldType) (V : eucl R) (M : V -> V).
Hypothesis M_add : forall x y, M (x + y) = M x + M y.
Hypothesis M_scale : forall a x, M (a *: x) = a *: M x.
Hypothesis M_sym : forall x y, <<M x, y>> = <<x, M y>>.
Hypothesis M_bound : exists2 K, 0 <= K & forall x, N (M x) <= K * N x.
(* (1), (4): theta' = -Lambda grad L, M = Lambda^-1 A; theta^T M theta has derivative 0 *)
Theorem flow_charge (theta : R -> V) (L : V) (A Lam : V -> V) :
  (forall x, Lam (M x) = A x) -> (forall x y, <<Lam x, y>> = <<x, Lam y>>) ->
  vel theta (- Lam L) -> <<A (theta 0), L>> = 0 -> deriv (fun t => C M (theta t)) 0.
Proof.
move=> LM LS v h; rewrite -(mulr0 (- 2)) -h -LM LS -(ipC (Lam L)).
have := chain (grad_quad (theta 0) M_add M_sym M_bound) v.
by rewrite ipZl ipNr (ipC (M _)) mulrN -mulNr.
Qed.
(* (3): with decay, dC/dt = - 4 gamma C *)
Theorem flow_charge_decay (theta : R -> V) (L : V) (gamma : R) :
  vel theta (- (L + (2 * gamma) *: theta 0)) -> <<M (theta 0), L>> = 0 ->
  deriv (fun t => C M (theta t)) (- 4%:R * gamma * C M (theta 0)).
Proof.
move=> v h; have := chain (grad_quad (theta 0) M_add M_sym M_bound) v.
rewrite ipZl ipNr ipDr h ipZr (ipC (M _)) -/(C M _).
by rewrite (_ : 2 * _ = - 4%:R * gamma * C M (theta 0)) //; ring.
Qed.
End Flow.
